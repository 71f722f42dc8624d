export interface WorkflowCommand {
  readonly name: string
  readonly properties: Readonly<Record<string, string>>
  readonly data: string
}

/** The commands of the runner; a line with another name is ordinary text. */
const known = [
  'add-mask',
  'add-matcher',
  'add-path',
  'debug',
  'echo',
  'endgroup',
  'error',
  'group',
  'notice',
  'remove-matcher',
  'save-state',
  'set-env',
  'set-output',
  'stop-commands',
  'warning'
]

/** `::name key=value,key=value::data`, with blanks before it or not. `also` is the token that ends stop-commands. */
export function parseCommand(line: string, also?: string): WorkflowCommand | undefined {
  const [, head, data] = /^\s*::(.+?)::(.*)$/s.exec(line) ?? []
  if (head === undefined || data === undefined) return undefined
  const space = head.indexOf(' ')
  const name = (space < 0 ? head : head.slice(0, space)).toLowerCase()
  if (!known.includes(name) && name !== also?.toLowerCase()) return undefined
  const properties: Record<string, string> = {}
  for (const pair of space < 0 ? [] : head.slice(space + 1).split(',')) {
    const [, key, value] = /^\s*([^=]+)=(.+)$/.exec(pair) ?? []
    if (key !== undefined && value !== undefined) properties[key] = unescapeProperty(value)
  }
  return { name, properties, data: unescapeData(data) }
}

function unescapeData(text: string): string {
  return text.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%25', '%')
}

function unescapeProperty(text: string): string {
  return unescapeData(text.replaceAll('%3A', ':').replaceAll('%2C', ','))
}
