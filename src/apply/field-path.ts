import { at } from '../kubernetes-object.ts'

/** What stands at a path; undefined if the path leads nowhere. */
export type Found = { value: unknown } | undefined

/**
 * Follows a path as the server writes it in a conflict, such as `.spec.ports[port=1,protocol="TCP"].name`. A key may
 * hold dots and brackets, as in `.metadata.annotations.example.com/a`, so each key that fits is tried.
 */
export function findField(value: unknown, path: string): Found {
  if (path === '') return { value }
  if (path.startsWith('[')) return inList(value, path)
  if (!path.startsWith('.') || typeof value !== 'object' || value === null) return undefined
  for (const key of Object.keys(value)) {
    const rest = path.slice(key.length + 1)
    if (!path.startsWith(key, 1) || !/^(?:[.[]|$)/.test(rest)) continue
    const found = findField(at(value, key), rest)
    if (found !== undefined) return found
  }
  return undefined
}

const scalar = String.raw`(?:"(?:\\.|[^"\\])*"|[^",\]]+)`
/** `[name="a",port=1]`, the keys of an item; `[="a"]`, an item of a set. */
const selector = new RegExp(String.raw`^\[(\w*=${scalar}(?:,\w+=${scalar})*)\]`)
const pair = new RegExp(String.raw`(\w*)=(${scalar})`, 'g')

function inList(list: unknown, path: string): Found {
  const [whole, pairs] = selector.exec(path) ?? []
  if (whole === undefined || pairs === undefined || !Array.isArray(list)) return undefined
  const wanted = [...pairs.matchAll(pair)]
  const fits = (item: unknown) => wanted.every(([, key, text]) => JSON.stringify(key ? at(item, key) : item) === text)
  const index = list.findIndex(fits)
  return index < 0 ? undefined : findField(list[index], path.slice(whole.length))
}
