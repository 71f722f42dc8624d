import type { ReplicationGroupFacts } from '../../clients/aws/facts.ts'
import { Failure } from '../../core/failure.ts'
import type { Check } from '../../core/result.ts'
import { sanitizeLine } from '../../core/sanitize.ts'
import { elasticacheChecks, type Judgement } from './checks.ts'
import type { ElastiCacheDeps, ElastiCacheInputs } from './deps.ts'
import { elasticacheHint } from './hints.ts'
import type { Requirement } from './requirements.ts'

/**
 * Compares the settings of the replication group with the requirements of a managed cache, by one request to AWS.
 * @throws Failure elasticache-settings that names every unmet requirement
 */
export async function verifyReplicationGroup(
  { group, region, relaxed, credentials }: ElastiCacheInputs,
  deps: ElastiCacheDeps
): Promise<Check[]> {
  const facts = await deps.describe(group, region)
  deps.log(`replication group ${sanitizeLine(facts.id)} in ${facts.region}`)
  const judgements = elasticacheChecks(facts, credentials)
  const checks = judgements.map((judgement) => checkOf(judgement, relaxed))
  for (const check of checks) {
    deps.log(`${check.passed ? '✓' : '✗'} ${check.name}: ${check.detail}`)
    deps.checked(check)
  }
  const failed = judgements.filter(({ requirement, holds }) => !holds && !relaxed.has(requirement))
  if (failed.length > 0) throw requirementsFailure(failed, facts)
  return checks
}

function checkOf({ requirement, holds, detail }: Judgement, relaxed: ReadonlySet<Requirement>): Check {
  if (holds || !relaxed.has(requirement)) return { name: requirement, passed: holds, detail }
  return { name: requirement, passed: true, relaxed: true, detail: `${detail}; allowed by elasticache-relax` }
}

function requirementsFailure(failed: readonly Judgement[], facts: ReplicationGroupFacts): Failure {
  const seen = failed.map(({ requirement, detail }) => `${requirement}: ${detail}`).join('. ')
  const hint = elasticacheHint(
    failed.map(({ requirement }) => requirement),
    facts
  )
  return new Failure(
    'elasticache-settings',
    `replication group ${sanitizeLine(facts.id)} in ${facts.region} does not meet the requirements: ${seen}`,
    hint
  )
}
