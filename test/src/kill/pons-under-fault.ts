// A whole Pons that ends itself with SIGKILL at a named step: argv is CONFIG [STEP COUNT]. The parent may kill it earlier.
import { writeSync } from 'node:fs'
import { createLogger, loadConfig, runPons } from '@pons/app'

const [configFile = '', step, count] = process.argv.slice(2)
let left = Number(count)
const loaded = loadConfig(configFile)
const { log } = loaded.config
// Only where it is used: the library of the network it belongs to is large.
if (loaded.config.networks.whatsapp !== false)
  await import('../whatsapp/trust-test-root.ts').then(({ trustTestRoot }) => trustTestRoot())
const logger = createLogger({ level: log.level, ...(log.file !== undefined && { file: loaded.besideFile(log.file) }) })
const pons = await runPons({
  loaded,
  logger,
  onStep(reached) {
    if (reached === step && --left <= 0) process.kill(process.pid, 'SIGKILL')
  },
})
writeSync(1, 'ready\n')
process.once('SIGTERM', () => void pons[Symbol.asyncDispose]().then(() => process.exit(0)))
