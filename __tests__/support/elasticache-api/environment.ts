import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Temporary credentials, generated for one test. */
export interface AwsCredentials {
  AWS_ACCESS_KEY_ID: string
  AWS_SECRET_ACCESS_KEY: string
  AWS_SESSION_TOKEN: string
}

export function generatedCredentials(): AwsCredentials {
  return {
    AWS_ACCESS_KEY_ID: `ASIA${randomBytes(8).toString('hex').toUpperCase()}`,
    AWS_SECRET_ACCESS_KEY: randomBytes(30).toString('base64'),
    AWS_SESSION_TOKEN: randomBytes(120).toString('base64')
  }
}

/** Runs a function while the AWS SDK sees only these variables of this machine: no profile, no role. */
export async function withAwsEnvironment<T>(variables: Record<string, string>, act: () => Promise<T>): Promise<T> {
  const before = { ...process.env }
  const home = await mkdtemp(join(tmpdir(), 'aws-home-'))
  for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) delete process.env[name]
  Object.assign(process.env, { HOME: home, AWS_EC2_METADATA_DISABLED: 'true', ...variables })
  try {
    return await act()
  } finally {
    for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name]
    Object.assign(process.env, before)
    await rm(home, { recursive: true })
  }
}
