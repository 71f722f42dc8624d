/** A part of the model that may not be readable: its value, or why there is none. Never undefined in silence. */
export type Known<T> = { readonly known: true; readonly value: T } | { readonly known: false; readonly because: string }

export function known<T>(value: T): Known<T> {
  return { known: true, value }
}

/** @param because a clause that completes "unknown, because …", such as `the command is a script of the image` */
export function unknown(because: string): { readonly known: false; readonly because: string } {
  return { known: false, because }
}

/** The value where it is known, undefined where it is not; for callers that treat both alike on purpose. */
export function knownValue<T>(part: Known<T>): T | undefined {
  return part.known ? part.value : undefined
}
