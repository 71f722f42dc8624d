import { parseDuration } from '../duration.ts'
import { InputReader, type InputSource } from '../inputs.ts'

export interface DeployInputs {
  namespace: string
  createNamespace: boolean
  kubeconfig: string | undefined
  context: string | undefined
  redisPassword: string | undefined
  forceConflicts: boolean
  timeoutMilliseconds: number
  memoryThresholdPercent: number
}

const minute = 60_000

/** @throws Failure invalid-input that lists every problem, without the value of a secret */
export function readDeployInputs(source: InputSource): DeployInputs {
  const read = new InputReader(source)
  const redisPassword = read.optional('redis-password')
  if (redisPassword !== undefined && /[\r\n\0]/.test(redisPassword)) {
    read.refuse('redis-password', '***', 'a text of one line')
  }
  const inputs = {
    namespace: read.required('namespace'),
    createNamespace: read.flag('create-namespace'),
    kubeconfig: read.optional('kubeconfig'),
    context: read.optional('context'),
    redisPassword,
    forceConflicts: read.flag('force-conflicts'),
    timeoutMilliseconds: read.parsedOrElse('timeout', 'a duration such as 5m or 90s', 5 * minute, parseDuration),
    memoryThresholdPercent: read.parsedOrElse('memory-threshold', 'a percentage from 1 to 100', 90, percentage)
  }
  read.finish()
  return inputs
}

function percentage(text: string): number | undefined {
  const percent = /^\d{1,3}(\.\d+)?$/.test(text) ? Number(text) : 0
  return percent >= 1 && percent <= 100 ? percent : undefined
}
