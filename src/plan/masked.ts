/** A line as it may be shown, and what stood where it now has `***`. */
export interface MaskedLine {
  text: string
  hidden: string
}

// A line is hostile and may be a megabyte long: no expression here may go back over what it has read.
const argument = String.raw`(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[^\s"']|["'].*)+`
const assigned =
  '(?:password|passwd|passphrase|pwd|pass|secret|token|credential|auth|authorization|(?:api|access|secret|private)[-_.]?key)'
const saysNothing = String.raw`(?:true|false|yes|no|on|off|null|none|""|'')?[\s,;}\]]*$`

/** The first group is shown, the second one hidden. A shell that reads a file, `$(cat …)`, names no credential. */
const rules = [
  // Directives of redis.conf, commented out as well, and where a shell writes them.
  /((?:\b(?:requirepass|masterauth|tls-(?:client-)?key-file-pass)|\bauth-pass\s+\S+)["']?\s+)(?!\$\()(\S.*)$/i,
  // `password: x`, `"token": "x"`, `REDISCLI_AUTH=x`, `<password>x`
  new RegExp(`(${assigned}(?:["']?\\s*[:=]\\s*|>))(?=\\S)(?!${saysNothing})(?!\\$\\()(.+)$`, 'i'),
  // `--token x`
  new RegExp(
    `((?<!auth)-(?:pass(?:word|wd|phrase)?|token|secret|api-?key|access-?key)\\s+)(?!\\$\\()(${argument})`,
    'gi'
  ),
  // The hash of a password in an ACL rule.
  /()((?<![\w:])[#!][0-9a-f]{64}(?![0-9a-f]))/gi,
  // JSON web tokens, and those of GitHub, AWS and Slack.
  /()((?<![\w-])(?:eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*|gh[pousr]_\w{20,}|github_pat_\w{20,}|AKIA[0-9A-Z]{16}|xox[abprs]-[\w-]{10,}))/g
]
const redisCliPassword = new RegExp(`(\\s-a\\s+)(?!\\$\\()(${argument})`, 'g')
/** A user in a file of Redis, `user app on >password`. */
const userLine = /^\s*(?:#\s*)?["']?user["']?\s/i
const userLinePasswords = [
  /(\s"[><#!])((?:\\.|[^"\\])*"?)/g,
  /(\s'[><#!])((?:\\.|[^'\\])*'?)/g,
  new RegExp(`(\\s[><#!])(${argument})`, 'g')
]
/** The same where a shell writes it, in which `>` may also be followed by a file. */
const userCommand = /[\s"'](?:set)?user\s+\S+\s/i
const userCommandPassword = /(\s["']?[><])(?![&/$])(\S+)/g

/** One line of text with `***` in place of the credentials in it. */
export function masked(line: string): MaskedLine {
  const hidden: string[] = []
  const hide = (_: string, shown: string, secret: string) => {
    hidden.push(secret)
    return `${shown}***`
  }
  let text = line
  if (userLine.test(line)) for (const password of userLinePasswords) text = text.replace(password, hide)
  else if (userCommand.test(line)) text = text.replace(userCommandPassword, hide)
  if (line.includes('redis-cli')) text = text.replace(redisCliPassword, hide)
  if (line.includes('://')) text = text.replace(/\S+/g, (word) => withoutUserInfo(word, hide))
  for (const rule of rules) text = text.replace(rule, hide)
  return { text, hidden: hidden.join('\n') }
}

/** `scheme://user:password@host` in a word, whose password may hold anything but white space. */
function withoutUserInfo(word: string, hide: (_: string, shown: string, secret: string) => string): string {
  const last = word.lastIndexOf('@')
  let text = ''
  let done = 0
  for (const { index } of word.matchAll(/:\/\//g)) {
    const start = index + '://'.length
    if (start > last) break
    const end = isWeb(word, start) ? start + authorityAt(word, start).lastIndexOf('@') : last
    if (start < done || end <= start) continue
    text += hide('', word.slice(done, start), word.slice(start, end))
    done = end
  }
  return text + word.slice(done)
}

/** Addresses that may have an at sign in their path, `https://host/a@b`; in others it may be one of the password. */
function isWeb(word: string, start: number): boolean {
  return /(https?|git|oci):\/\/$/i.test(word.slice(Math.max(0, start - 8), start))
}

function authorityAt(word: string, start: number): string {
  const length = word.slice(start).search(/[/?#]/)
  return length < 0 ? word.slice(start) : word.slice(start, start + length)
}
