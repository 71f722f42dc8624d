/** The manifest folder of the Role that a job needs: to deploy a self-hosted Redis, or a managed cache, and so on. */
export type Role = 'rbac' | 'rbac-managed' | 'rbac-probe' | 'rbac-reader' | 'rbac-planner'

/** The attempted request, for the sentence: `apply`, `StatefulSet/redis`. */
export interface Attempt {
  verb: string
  object: string
  namespace: string
  /** The Role to grant if a permission is missing; by default that for a self-hosted Redis. */
  role?: Role
  /** The permission this requires, if the server does not name it: `get and create pods/portforward`. */
  needs?: string
}
