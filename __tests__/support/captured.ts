/** Parts of base64 text shorter than this occur by chance. */
const shortestBase64 = 5

/**
 * Fails if one of the secrets can be read in a captured text: literally, URL-encoded, as base64 at any of the three
 * alignments, or escaped as in JSON. Only `::add-mask::` lines may contain it, because they register it with the
 * runner. The message never repeats the secret, because the log of a failed test is public.
 */
export function expectNoSecret(captured: string | Buffer, secrets: readonly string[]): void {
  const lines = captured.toString('utf8').split('\n')
  const text = lines.map((line) => (/^\s*::add-mask::/.test(line) ? '' : line)).join('\n')
  // The base64 program breaks its lines after 76 characters.
  const unbroken = text.replace(/\r?\n/g, '')
  secrets.forEach((secret, index) => {
    if (secret === '') throw new Error(`Secret ${index + 1} is empty, and would be found everywhere`)
    for (const [form, value] of forms(secret)) {
      const at = text.indexOf(value)
      if (at < 0 && !(form === 'base64' && unbroken.includes(value))) continue
      const where = at < 0 ? 'across lines' : `in line ${text.slice(0, at).split('\n').length}`
      throw new Error(`Secret ${index + 1} of ${secrets.length} was captured ${where} (${form})`)
    }
  })
}

function forms(secret: string): [form: string, value: string][] {
  const url = encodeURIComponent(secret)
  // Other encoders escape characters that encodeURIComponent does not.
  const strict = url.replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
  const urls = [url, strict, url.replaceAll('%20', '+'), strict.replaceAll('%20', '+')]
  return [
    ['as it is', secret],
    ...[...urls, ...urls.map((form) => form.replace(/%../g, (hex) => hex.toLowerCase()))].map(
      (value): [string, string] => ['URL-encoded', value]
    ),
    ['escaped as in JSON', JSON.stringify(secret).slice(1, -1)],
    // JSON in JSON, as in a log line that quotes a response.
    ['escaped twice as in JSON', JSON.stringify(JSON.stringify(secret).slice(1, -1)).slice(1, -1)],
    ...[0, 1, 2].flatMap((offset): [string, string][] => {
      const value = base64At(secret, offset)
      if (value.length < shortestBase64) return []
      return [
        ['base64', value],
        ['base64', value.replaceAll('+', '-').replaceAll('/', '_')]
      ]
    })
  ]
}

/** The characters of base64 text that depend on the secret alone, when `offset` bytes (modulo 3) precede it. */
function base64At(secret: string, offset: number): string {
  const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(secret)])
  return bytes.toString('base64').slice(Math.ceil((offset * 8) / 6), Math.floor((bytes.length * 8) / 6))
}
