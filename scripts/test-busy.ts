// npm run test:busy [-- --times N] [FILE…]   the whole suite, or the files given, several times in a row with every core kept busy
// by something else. No verdict may depend on how fast a machine is: what fails here and passes alone is a fault of the test.
import { spawn, spawnSync } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'

const { values, positionals } = parseArgs({
  options: { times: { type: 'string', default: '3' } },
  allowPositionals: true,
})
const times = Number(values.times)
if (!Number.isInteger(times) || times < 1) {
  console.error('test:busy: --times takes a whole number from 1')
  process.exit(2)
}
const busy = Array.from({ length: availableParallelism() }, () => spawn(process.execPath, ['-e', 'for (;;) {}']))
let failures = 0
try {
  for (let time = 1; time <= times; time++) {
    const { status } = spawnSync('npm', ['test', '--', ...positionals], { stdio: 'inherit' })
    console.log(`${time} of ${times}: ${status === 0 ? 'passed' : 'FAILED'}`)
    if (status !== 0) failures++
  }
} finally {
  for (const child of busy) child.kill('SIGKILL')
}
process.exitCode = failures === 0 ? 0 : 1
