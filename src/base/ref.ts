/**
 * A text as the name of a branch, by the rules of git (git-check-ref-format): whatever it says, git takes it for nothing
 * else than a name. Undefined if it is none. A backtick, which git allows, would not stand in a sentence with commands.
 */
export function branchName(text: string): string | undefined {
  const isName =
    text.length <= 250 &&
    !/[\p{Cc} ~^:?*[\\`]|\.\.|@\{/u.test(text) &&
    !/^-|^@$|\.$/.test(text) &&
    text.split('/').every((part) => part !== '' && !part.startsWith('.') && !part.endsWith('.lock'))
  return isName ? text : undefined
}

/** Where a branch may be in a checkout, the most current place first. A full name means nothing but itself. */
export function refsOf(name: string): string[] {
  const refs = ['refs/remotes/origin/', 'refs/heads/', 'refs/tags/'].map((place) => `${place}${name}`)
  return /^[0-9a-f]{40}$/.test(name) ? [name, ...refs] : refs
}
