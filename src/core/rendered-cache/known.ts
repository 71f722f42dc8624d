/** A part of the model that may be unknown: its value, or the reason. Never silently undefined. */
export type Known<T> = { readonly known: true; readonly value: T } | { readonly known: false; readonly because: string }

export function known<T>(value: T): Known<T> {
  return { known: true, value }
}

/** @param because a clause that completes "unknown, because …", such as `the command is a script of the image` */
export function unknown(because: string): { readonly known: false; readonly because: string } {
  return { known: false, because }
}

/** The value if known, else undefined; for callers that treat both alike on purpose. */
export function knownValue<T>(part: Known<T>): T | undefined {
  return part.known ? part.value : undefined
}
