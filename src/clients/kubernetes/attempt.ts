/** The folder of manifests with the Role that a job needs: to deploy a self-hosted Redis, or a managed cache, and so on. */
export type Role = 'rbac' | 'rbac-managed' | 'rbac-probe' | 'rbac-reader' | 'rbac-planner'

/** What was tried, for the sentence: `apply`, `StatefulSet/redis`. */
export interface Attempt {
  verb: string
  object: string
  namespace: string
  /** What to grant where a right is missing; by default that of a deployment of a self-hosted Redis. */
  role?: Role
  /** The right that this takes, where the server does not name it: `get and create pods/portforward`. */
  needs?: string
}
