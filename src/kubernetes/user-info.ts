/** The name and the password that a URL has before its host, decoded. */
export interface UserInfo {
  username: string
  password: string
}

/** Undefined if there are none. @throws URIError where a percent sign begins no escape */
export function userInfoOf({ username, password }: URL): UserInfo | undefined {
  if (username === '' && password === '') return undefined
  return { username: decodeURIComponent(username), password: decodeURIComponent(password) }
}

/** What of a URL must not be shown, in each form that it may be met in; also of a text that was to be one. */
export function secretsOfUrl(text: string): string[] {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const info = url === undefined ? /:\/\/(.*)@/s.exec(text)?.[1] : `${url.username}:${url.password}`
  if (info === undefined || info === ':') return []
  // As it is written: a URL encodes more than its writer did.
  const written = /:\/\/(.*)@/s.exec(text)?.[1] ?? info
  return [info, written].flatMap((each) => {
    const decoded = decode(each)
    return [
      secretIn(each),
      secretIn(decoded),
      Buffer.from(decoded.includes(':') ? decoded : `${decoded}:`).toString('base64')
    ]
  })
}

/** A name without a password is one: a token, most often. */
function secretIn(info: string): string {
  const [, name = '', password = ''] = /^([^:]*):?(.*)$/s.exec(info) ?? []
  return password || name
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
