import { createReadStream } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Request } from './grants.ts'

/** The parts of an audit event that are read here. */
export interface AuditEvent {
  readonly verb: string
  readonly requestURI: string
  readonly objectRef?: {
    readonly resource: string
    readonly apiGroup?: string
    readonly subresource?: string
    readonly name?: string
  }
  readonly responseStatus?: { readonly code?: number }
}

/** The requests of a user since a time, from the log and from files that were rotated meanwhile. */
export async function auditEvents(path: string, user: string, since: Date): Promise<AuditEvent[]> {
  const folder = dirname(path)
  const events: AuditEvent[] = []
  for (const name of (await readdir(folder)).filter((each) => /^audit\b.*\.log$/.test(each))) {
    const file = join(folder, name)
    if ((await stat(file)).mtime < since) continue
    for await (const line of createInterface({ input: createReadStream(file) })) {
      if (line.includes(JSON.stringify(user))) events.push(parse(line))
    }
  }
  return events
}

/**
 * What a request required: a patch that created its object also a create with its name, and a WebSocket to a pod, which
 * is a get, since Kubernetes 1.35 also a create. Nothing for what every user may read, such as discovery.
 */
export function requiredOf({ verb, objectRef, responseStatus }: AuditEvent): Request[] {
  if (objectRef === undefined) return []
  const { resource, apiGroup: group = '', subresource, name } = objectRef
  const full = subresource === undefined ? resource : `${resource}/${subresource}`
  const done = { group, resource: full, name: verb === 'create' ? undefined : name, verb }
  const alsoCreates = (verb === 'patch' && responseStatus?.code === 201) || responseStatus?.code === 101
  return alsoCreates ? [done, { ...done, verb: 'create' }] : [done]
}

/** Whether a request changes nothing: it reads, or is a dry run. */
export function isDry({ verb, requestURI }: AuditEvent): boolean {
  return ['get', 'list', 'watch'].includes(verb) || /[?&]dryRun=All(&|$)/.test(requestURI)
}

function parse(line: string): AuditEvent {
  const event: AuditEvent = JSON.parse(line)
  return event
}
