export type Protocol = 2 | 3

/** A simple string, such as OK. */
export class Status {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

export const OK: Status = new Status('OK')

/** An error reply: its first word is the code that clients read. */
export class Failure {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

/** Text for people, which RESP3 marks as such and RESP2 sends as a bulk string. */
export class Verbatim {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

export type Reply =
  | null
  | number
  | string
  | Buffer
  | Status
  | Failure
  | Verbatim
  | readonly Reply[]
  | Map<string, Reply>

export function encode(reply: Reply, protocol: Protocol): Buffer {
  if (reply === null) return Buffer.from(protocol === 3 ? '_\r\n' : '$-1\r\n')
  if (typeof reply === 'number') return Buffer.from(`:${reply}\r\n`)
  if (reply instanceof Status) return Buffer.from(`+${reply.text}\r\n`)
  if (reply instanceof Failure) return Buffer.from(`-${reply.text}\r\n`)
  if (reply instanceof Verbatim) return protocol === 3 ? bulk('=', `txt:${reply.text}`) : bulk('$', reply.text)
  if (reply instanceof Map) {
    const parts = [...reply].flatMap(([name, value]) => [encode(name, protocol), encode(value, protocol)])
    const head = protocol === 3 ? `%${reply.size}\r\n` : `*${reply.size * 2}\r\n`
    return Buffer.concat([Buffer.from(head), ...parts])
  }
  if (typeof reply === 'string' || Buffer.isBuffer(reply)) return bulk('$', reply)
  return Buffer.concat([Buffer.from(`*${reply.length}\r\n`), ...reply.map((item) => encode(item, protocol))])
}

/** A command in the form clients send: an array of bulk strings, in RESP2 and RESP3 alike. */
export function command(...words: (string | Buffer)[]): Buffer {
  return encode(words, 2)
}

function bulk(mark: '$' | '=', value: string | Buffer): Buffer {
  const bytes = Buffer.from(value)
  return Buffer.concat([Buffer.from(`${mark}${bytes.length}\r\n`), bytes, Buffer.from('\r\n')])
}

export interface Request {
  readonly words: readonly Buffer[]
  /** The received bytes, to forward the command. */
  readonly raw: Buffer
}

/** Removes complete commands from the start of the data that a client has sent so far. */
export class RequestReader {
  #pending: Buffer = Buffer.alloc(0)

  push(chunk: Buffer): Request[] {
    this.#pending = Buffer.concat([this.#pending, chunk])
    const requests: Request[] = []
    for (;;) {
      const end = this.#pending[0] === 0x2a ? replyEnd(this.#pending, 0) : lineEnd(this.#pending, 0)
      if (end === undefined) return requests
      const raw = this.#pending.subarray(0, end)
      this.#pending = this.#pending.subarray(end)
      const words = wordsOf(raw)
      if (words.length > 0) requests.push({ words, raw })
    }
  }
}

function wordsOf(raw: Buffer): Buffer[] {
  // An inline command, as typed into telnet.
  if (raw[0] !== 0x2a) return (raw.toString().match(/\S+/g) ?? []).map((word) => Buffer.from(word))
  const words: Buffer[] = []
  let at = lineEnd(raw, 0) ?? raw.length
  while (at < raw.length) {
    if (raw[at] !== 0x24) throw new Error(`expected '$', got '${String.fromCharCode(raw[at] ?? 0)}'`)
    const start = lineEnd(raw, at) ?? raw.length
    const end = replyEnd(raw, at) ?? raw.length
    words.push(raw.subarray(start, end - 2))
    at = end
  }
  return words
}

function lineEnd(bytes: Buffer, from: number): number | undefined {
  const newline = bytes.indexOf(0x0a, from)
  return newline < 0 ? undefined : newline + 1
}

/** Where the RESP value that starts at `from` ends, or undefined as long as it is incomplete. */
export function replyEnd(bytes: Buffer, from: number): number | undefined {
  const body = lineEnd(bytes, from)
  if (body === undefined) return undefined
  const length = Number.parseInt(bytes.toString('latin1', from + 1, body), 10)
  switch (String.fromCharCode(bytes[from] ?? 0)) {
    case '$':
    case '=':
    case '!': {
      const end = length < 0 ? body : body + length + 2
      return end <= bytes.length ? end : undefined
    }
    case '*':
    case '~':
    case '>':
      return skip(bytes, body, length)
    case '%':
      return skip(bytes, body, length * 2)
    default:
      return body
  }
}

function skip(bytes: Buffer, from: number, count: number): number | undefined {
  let at: number | undefined = from
  for (let item = 0; item < count && at !== undefined; item += 1)
    at = at < bytes.length ? replyEnd(bytes, at) : undefined
  return at
}
