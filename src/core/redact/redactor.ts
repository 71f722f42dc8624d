/**
 * The secrets of this process. A value is added on first touch, before anything else is done with it, and from then
 * on `redact` takes it out of every text that leaves the process.
 */
export class Redactor {
  readonly #values = new Set<string>()
  readonly #onSecret: (value: string) => void

  /** @param onSecret told of each new secret, so that the runner masks it as well, in the encodings that it knows */
  constructor(onSecret: (value: string) => void) {
    this.#onSecret = onSecret
  }

  add(secret: string): void {
    if (secret === '' || this.#values.has(secret)) return
    this.#onSecret(secret)
    const url = encodeURIComponent(secret)
    if (url !== secret) this.#onSecret(url)
    const json = JSON.stringify(secret).slice(1, -1)
    for (const form of [secret, url, json, Buffer.from(secret).toString('base64')]) this.#values.add(form)
  }

  redact(text: string): string {
    // The longest first, so that no secret that contains another one is left in part.
    return [...this.#values].sort((a, b) => b.length - a.length).reduce((t, value) => t.replaceAll(value, '***'), text)
  }
}
