import { readFileSync } from 'node:fs'
import type { ConfigProblem } from './config-error.ts'

/** Secrets that may come from the environment, or from a file that a `…_FILE` variable names. */
export const environmentOverrides: readonly { readonly variable: string; readonly path: readonly string[] }[] = [
  { variable: 'PONS_DATABASE', path: ['database'] },
  { variable: 'PONS_REDIS', path: ['queue', 'redis'] },
  { variable: 'PONS_REGISTRATION_SHARED_SECRET', path: ['registration', 'shared_secret'] },
]

/** Puts values from the environment over those of the file; returns what could not be read. */
export function applyEnvironment(config: Record<string, unknown>, env: NodeJS.ProcessEnv): ConfigProblem[] {
  const problems: ConfigProblem[] = []
  for (const { variable, path } of environmentOverrides) {
    const file = env[`${variable}_FILE`]
    let value = env[variable]
    if (value === undefined && file !== undefined) {
      try {
        value = readFileSync(file, 'utf8').trim()
      } catch {
        problems.push({ path: path.join('.'), message: `${variable}_FILE names a file that cannot be read: ${file}` })
      }
    }
    if (value !== undefined) put(config, path, value)
  }
  return problems
}

function put(target: Record<string, unknown>, path: readonly string[], value: string): void {
  const [key = '', ...rest] = path
  if (rest.length === 0) {
    // oxlint-disable-next-line outside-names/no-computed-write -- a path of the table above
    target[key] = value
    return
  }
  const inner = target[key]
  const section = typeof inner === 'object' && inner !== null ? (inner as Record<string, unknown>) : {}
  // oxlint-disable-next-line outside-names/no-computed-write -- a path of the table above
  target[key] = section
  put(section, rest, value)
}
