/**
 * The secrets of this process. A value is added as soon as it is read, before anything else is done with it, and from
 * then on `redact` removes it from every text that leaves the process.
 */
export class Redactor {
  readonly #values = new Set<string>()
  readonly #onSecret: (value: string) => void

  /** @param onSecret called with each new secret, so that the runner masks it as well, in the encodings it supports */
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
    // The longest first, so that a secret that contains another one is removed completely.
    return [...this.#values].sort((a, b) => b.length - a.length).reduce((t, value) => t.replaceAll(value, '***'), text)
  }
}
