import { setTimeout as sleep } from 'node:timers/promises'
import { textAt } from '../../../src/core/kubernetes/object.ts'
import { describeGrant, type Grant, ruleOf } from './grants.ts'
import type { TestNamespace } from './namespace.ts'

const deployer = 'redis-cache-deployer'

/** The user name of the deployer, or another service account, at the API server. */
export function deployerOf({ name }: TestNamespace, account = deployer): string {
  return `system:serviceaccount:${name}:${account}`
}

/** Changes the Role of the deployer, or of another service account, one grant at a time. */
export class DeployerRole {
  readonly #namespace: TestNamespace
  readonly #grants: readonly Grant[]
  readonly #account: string
  #missing: Grant | undefined

  /** @param grants all grants of the Role */
  constructor(namespace: TestNamespace, grants: readonly Grant[], account = deployer) {
    this.#namespace = namespace
    this.#grants = grants
    this.#account = account
  }

  /** Removes one grant, and restores the one that was removed before. */
  async take(grant: Grant): Promise<void> {
    await this.#apply(this.#grants.filter((other) => other !== grant))
    // The Role is replaced as a whole: without this grant, and with the previous one.
    await this.#until(grant, false)
    this.#missing = grant
  }

  async restore(): Promise<void> {
    await this.#apply(this.#grants)
    if (this.#missing !== undefined) await this.#until(this.#missing, true)
    this.#missing = undefined
  }

  async #apply(grants: readonly Grant[]): Promise<void> {
    const metadata = { name: this.#account }
    const role = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata, rules: grants.map(ruleOf) }
    await this.#namespace.apply(role)
  }

  /** A changed Role takes effect a moment after it is stored. */
  async #until(grant: Grant, allowed: boolean): Promise<void> {
    for (let attempt = 1; (await this.#isAllowed(grant)) !== allowed; attempt++) {
      if (attempt === 50) throw new Error(`${describeGrant(grant)} is ${allowed ? 'still not' : 'still'} allowed`)
      await sleep(50)
    }
  }

  async #isAllowed({ group, resource, name, verb }: Grant): Promise<boolean> {
    const [plain = '', subresource] = resource.split('/')
    const target = [group === '' ? plain : `${plain}.${group}`, ...(name === undefined ? [] : [name])].join('/')
    const more = subresource === undefined ? [] : [`--subresource=${subresource}`]
    try {
      await this.#namespace.kubectl(
        'auth',
        'can-i',
        verb,
        target,
        `--as=${deployerOf(this.#namespace, this.#account)}`,
        ...more
      )
      return true
    } catch (error) {
      // kubectl ends with 1 after a "no"; anything else is an error of the test.
      if (textAt(error, 'stdout')?.startsWith('no')) return false
      throw error
    }
  }
}
