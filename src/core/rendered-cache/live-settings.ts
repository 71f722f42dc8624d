import { type RenderedScript, scriptLines } from './scripts.ts'

/** A directive that something rendered sets by CONFIG SET while Redis runs. */
export interface LiveSetting {
  /** In small letters; undefined where it is a variable, so that it may be any. */
  readonly directive: string | undefined
  /** `the postStart hook of container redis` */
  readonly by: string
}

/** What the manifests set in a running Redis; which value is the last is not known. */
export function liveSettings(scripts: readonly RenderedScript[]): LiveSetting[] {
  const all = scripts.flatMap(({ text, by }) => directivesSet(text).map((directive) => ({ directive, by })))
  return [...new Map(all.map((each) => [JSON.stringify(each), each])).values()]
}

/**
 * The directives of each CONFIG SET in a script or a command line: by redis-cli, from its standard input, or as words of
 * a client library (`config_set("hz", 20)`). Since 7.0 one command sets several.
 */
function directivesSet(text: string): (string | undefined)[] {
  return scriptLines(text)
    .flatMap((line) => [...line.matchAll(/\bconfig[\s"',_(]*set\b["']?[\s,(]+([^;&|<>)]+)/gi)])
    .flatMap(([, pairs = '']) => {
      const words = [...pairs.matchAll(/"[^"]*"?|'[^']*'?|[^\s"',]+/g)].map(([word]) => word.replaceAll(/["']/g, ''))
      return words.filter((_, index) => index % 2 === 0).map(nameOf)
    })
    .filter((name) => name !== '')
}

/** Empty for what is no name of a directive. */
function nameOf(word: string): string | undefined {
  if (/[$`]/.test(word)) return undefined
  return /^[a-z][a-z0-9._-]*$/i.test(word) ? word.toLowerCase() : ''
}
