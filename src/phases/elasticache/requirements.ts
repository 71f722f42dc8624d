/** The requirements of a managed cache; the words are those of the input elasticache-relax and of the report. */
export const requirements = [
  'status',
  'multi-az',
  'automatic-failover',
  'encryption-at-rest',
  'encryption-in-transit',
  'authentication',
  'backups',
  'replica-in-another-zone',
  'endpoint'
] as const

export type Requirement = (typeof requirements)[number]

/** Parses a comma-separated list, such as `multi-az, backups`; undefined if one of its words is not a requirement. */
export function parseRelaxed(text: string): ReadonlySet<Requirement> | undefined {
  const words = text.split(',').map((word) => requirements.find((requirement) => requirement === word.trim()))
  const known = words.filter((word) => word !== undefined)
  return known.length === words.length ? new Set(known) : undefined
}
