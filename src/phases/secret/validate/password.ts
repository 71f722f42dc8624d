import type { FieldProblem } from '../../../core/credentials.ts'

/**
 * Violations of the ElastiCache rules for both AUTH tokens and passwords of users:
 * https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/auth.html, and CreateUser in its API reference.
 */
export function passwordProblems(password: string): FieldProblem[] {
  const length = [...password].length
  const fix =
    'store the auth token of the replication group or the password of its user (`openssl rand -hex 32` generates one)'
  const problems = [
    ...(length < 16 ? ['is shorter than the 16 characters that ElastiCache requires'] : []),
    ...(length > 128 ? ['is longer than the 128 characters that ElastiCache accepts'] : [])
  ]
  return problems.map((problem) => ({ key: 'password', problem, fix }))
}

/**
 * What proves that a password is not an AUTH token; undefined if it may be one. That is not a problem: in a group with
 * users (RBAC) a password without a user is that of the user `default`, for which AWS only limits the length.
 */
export function noTokenBecause(password: string): string | undefined {
  const foreign = [...new Set(password.replace(/[A-Za-z0-9!&#$^<>-]/g, ''))]
  if (foreign.length === 0) return undefined
  const symbols = foreign.filter((character) => /^[!-~]$/.test(character))
  const others = [
    ...(foreign.includes(' ') ? ['a space'] : []),
    ...(foreign.some((character) => !/^[ -~]$/.test(character)) ? ['a character that is not ASCII'] : [])
  ]
  return `has ${[...symbols, ...others].join(' and ')}, which an ElastiCache AUTH token must not contain`
}
