import type { Role } from '../clients/kubernetes/attempt.ts'
import { ApiClient } from '../clients/kubernetes/client.ts'
import { Cluster } from '../clients/kubernetes/cluster.ts'
import { type Connection, connect } from '../clients/kubernetes/connection.ts'
import { systemClock } from '../clients/runner/system-clock.ts'
import type { Deadline } from '../core/deadline.ts'
import { runDeadlines } from './run-deadline.ts'
import type { StepContext } from './step.ts'

export interface ClusterSessionInputs {
  namespace: string
  kubeconfig: string | undefined
  context: string | undefined
  timeoutMilliseconds: number
  /** The Role for this job. */
  role: Role
}

/** The workplace of a program: a namespace of a cluster, until the deadline of the run. */
export interface ClusterSession {
  readonly namespace: string
  readonly connection: Connection
  readonly cluster: Cluster
  /** The same cluster by a client that neither a cancelled run nor its deadline stops, for cleaning up. */
  readonly cleaning: Cluster
  readonly deadline: Deadline
  /** The Role to grant if a permission is missing. */
  readonly role: Role
}

/** Reads the kubeconfig, runs phases, and closes what they opened. The deadline starts here. */
export async function withClusterSession(
  { namespace, kubeconfig, context, timeoutMilliseconds, role }: ClusterSessionInputs,
  { redactor, signal, log }: StepContext,
  act: (session: ClusterSession) => Promise<void>
): Promise<void> {
  const { deadline, cleaning } = runDeadlines(timeoutMilliseconds)
  const source = { kubeconfig, context, environment: process.env }
  const mask = (secret: string) => redactor.add(secret)
  const connection = await connect(source, { clock: systemClock, deadline, signal, log, mask })
  const client = new ApiClient(connection, systemClock, signal, deadline, log)
  const unstopped = new AbortController().signal
  const cleaner = new ApiClient(connection, systemClock, unstopped, cleaning)
  try {
    await act({ namespace, connection, cluster: new Cluster(client), cleaning: new Cluster(cleaner), deadline, role })
  } finally {
    client.close()
  }
}
