import { at, isObject, type Json, listAt, textAt } from '../json.ts'
import type { KubernetesObject } from '../object.ts'

/** The content of the provider, like AWS Secrets Manager: a text for each name. */
export class RemoteSecrets {
  readonly #texts = new Map<string, string>()

  /** @param value a text, or an object that is stored as JSON */
  hold(name: string, value: string | Readonly<Record<string, string | number>>): void {
    this.#texts.set(name, typeof value === 'string' ? value : JSON.stringify(value))
  }

  forget(name: string): void {
    this.#texts.delete(name)
  }

  /** The values of the Secret that an ExternalSecret requests. @throws Error with the message of the operator */
  valuesFor(externalSecret: KubernetesObject): Record<string, string> {
    const values: Record<string, string> = {}
    listAt(externalSecret, 'spec', 'dataFrom').forEach((item, index) => {
      const name = textAt(item, 'extract', 'key')
      const prefix = `error processing spec.dataFrom[${index}].extract, err: `
      for (const [key, value] of Object.entries(this.#fields(name, prefix))) values[key] = textOf(value)
    })
    listAt(externalSecret, 'spec', 'data').forEach((item, index) => {
      const [name, property] = [textAt(item, 'remoteRef', 'key'), textAt(item, 'remoteRef', 'property')]
      const prefix = `error processing spec.data[${index}] (key: ${name}), err: `
      values[textAt(item, 'secretKey')] = this.#property(name, property, prefix)
    })
    return values
  }

  #text(name: string, prefix: string): string {
    const text = this.#texts.get(name)
    if (text === undefined) throw new Error(`${prefix}Secret does not exist`)
    return text
  }

  #fields(name: string, prefix: string): Record<string, Json | undefined> {
    const value = parsed(this.#text(name, prefix))
    if (isObject(value)) return value
    throw new Error(
      `${prefix}unable to unmarshal secret ${name}: invalid character 'o' in literal null (expecting 'u')`
    )
  }

  #property(name: string, property: string, prefix: string): string {
    const value = at(parsed(this.#text(name, prefix)), property)
    if (value === undefined) throw new Error(`${prefix}key ${property} does not exist in secret ${name}`)
    return textOf(value)
  }
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : value === null ? '' : JSON.stringify(value)
}
