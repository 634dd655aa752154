// Everything that is checked without running the program: types, lint, format, generated files, unused exports.
import { spawnSync } from 'node:child_process'

const steps: readonly (readonly [name: string, command: string, args: readonly string[]])[] = [
  ['types', 'npx', ['tsc', '-p', 'tsconfig.json']],
  ['lint', 'npx', ['oxlint', '--type-aware', '--deny-warnings']],
  ['format', 'npx', ['prettier', '--check', '--log-level', 'warn', '.']],
  ['generated files', 'node', ['--conditions=pons:source', 'scripts/generate.ts', '--check']],
  ['licences', 'node', ['--conditions=pons:source', 'scripts/check-licences.ts']],
  ['unused exports', 'npx', ['knip', '--no-progress']],
]

const failed: string[] = []
for (const [name, command, args] of steps) {
  const startedMs = performance.now()
  const { status } = spawnSync(command, args, { stdio: 'inherit' })
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1)
  console.log(`${status === 0 ? 'ok  ' : 'FAIL'} ${name} (${seconds} s)`)
  if (status !== 0) failed.push(name)
}
if (failed.length > 0) {
  console.error(`check failed: ${failed.join(', ')}`)
  process.exitCode = 1
}
