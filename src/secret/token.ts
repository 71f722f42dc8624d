import type { FieldProblem } from './field.ts'

/** Who a password belongs to: the replication group (AUTH), or a user of a user group (RBAC). */
export type PasswordOf = 'group' | 'user'

/**
 * What ElastiCache would not accept as a password. The rules of AUTH tokens:
 * https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/auth.html
 * For the passwords of users AWS states the length alone (CreateUser refuses others), so nothing else is judged.
 */
export function tokenProblems(password: string, of: PasswordOf): FieldProblem[] {
  const length = [...password].length
  const problems = [
    ...(length < 16 ? ['is shorter than the 16 characters that ElastiCache requires'] : []),
    ...(length > 128 ? ['is longer than the 128 characters that ElastiCache accepts'] : []),
    ...(of === 'group' ? foreignCharacters(password) : [])
  ]
  return problems.map((problem) => ({ key: 'password', problem, fix: fixFor(of) }))
}

function foreignCharacters(password: string): string[] {
  const foreign = [...new Set(password.replace(/[A-Za-z0-9!&#$^<>-]/g, ''))]
  if (foreign.length === 0) return []
  const symbols = foreign.filter((character) => /^[!-~]$/.test(character))
  const others = [
    ...(foreign.includes(' ') ? ['a space'] : []),
    ...(foreign.some((character) => !/^[ -~]$/.test(character)) ? ['a character that is not ASCII'] : [])
  ]
  return [`has ${[...symbols, ...others].join(' and ')}, which no AUTH token of ElastiCache may have`]
}

function fixFor(of: PasswordOf): string {
  if (of === 'user') return 'store the password that the user has (`openssl rand -hex 32` makes a good one)'
  return (
    'store the token that the replication group has, of letters, digits and ! & # $ ^ < > - alone ' +
    '(`openssl rand -hex 32` makes one); where it is the password of a user (RBAC), name that user in url'
  )
}
