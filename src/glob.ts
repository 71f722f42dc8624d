/** What one place of a pattern takes. */
type Place = '*' | ((character: string) => boolean)

/** No file system has longer ones. */
const longestName = 255

/**
 * Whether the name of a file fits a pattern (glob(7)). It takes no more steps than the product of both lengths, whatever
 * they say: a regular expression would take for ever with enough stars.
 */
export function matchesGlob(name: string, pattern: string): boolean {
  if (pattern.length > longestName || (name.startsWith('.') && !pattern.startsWith('.'))) return false
  const places = placesOf(pattern)
  let [at, next] = [0, 0]
  let star: { at: number; next: number } | undefined
  while (at < name.length) {
    const place = places[next]
    if (place === '*') {
      next++
      star = { at, next }
    } else if (place?.(name.charAt(at)) === true) {
      at++
      next++
    } else if (star !== undefined) {
      star.at++
      ;({ at, next } = star)
    } else return false
  }
  return places.slice(next).every((place) => place === '*')
}

/** Whether a text means more than one name. */
export function isGlob(text: string): boolean {
  return /[*?[]/.test(text)
}

function placesOf(pattern: string): Place[] {
  return [...pattern.matchAll(/\[([!^]?)(\]?[^\]]*)\]|\\?(.)/gs)].map(([whole, not, characters, one = '']) => {
    if (characters !== undefined) return (character) => isIn(character, characters) === (not === '')
    if (whole === '*') return '*'
    return whole === '?' ? () => true : (character) => character === one
  })
}

/** @param characters each itself, or a range: `a-z` */
function isIn(character: string, characters: string): boolean {
  return [...characters.matchAll(/(.)-(.)|(.)/gs)].some(([, from, to, one]) =>
    from !== undefined && to !== undefined ? from <= character && character <= to : one === character
  )
}
