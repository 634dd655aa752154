// Changes the code in small ways, one at a time, and tells which changes no test of its package notices:
// npm run mutate [-- --mutate GLOB[,GLOB…] [--tests GLOB]]. In place, so that every import finds the change: nothing else may run meanwhile.
import { spawnSync } from 'node:child_process'
import { parseArgs } from 'node:util'

// Fetched when it is asked for: a hundred packages that nothing else needs, pinned here instead of in the lock.
const packages = ['@stryker-mutator/core@10.0.0', '@stryker-mutator/tap-runner@10.0.0']
const usual = 'core/src/delivery/**,core/src/portal/**,homeserver/src/rooms/**,matrix/src/event/**'

const { values } = parseArgs({ options: { mutate: { type: 'string', default: usual }, tests: { type: 'string' } } })
const byPackage = Map.groupBy(values.mutate.split(','), (glob) => glob.slice(0, glob.indexOf('/src/')))
for (const [folder, globs] of byPackage) {
  console.log(`${folder}: ${globs.join(', ')}`)
  const chosen = ['--mutate', globs.join(','), '--testFiles', values.tests ?? `${folder}/test/**/*.test.ts`]
  const fetched = packages.flatMap((name) => ['--package', name])
  const words = ['--yes', ...fetched, 'stryker', 'run', 'stryker.config.json', ...chosen]
  const { status } = spawnSync('npx', words, { stdio: 'inherit' })
  if (status !== 0) process.exitCode = 1
}
