// A whole Pons that ends itself with SIGKILL at a named step: argv is CONFIG STEP COUNT. The parent may kill it earlier.
import '../../../app/src/lock-prototypes.ts'
import { writeSync } from 'node:fs'
import { createLogger, loadConfig, runBridges, runPons, type RunOptions } from '@pons/app'

const [configFile = '', step, count] = process.argv.slice(2)
let left = Number(count)
const loaded = loadConfig(configFile)
const { log } = loaded.config
const logger = createLogger({ level: log.level, ...(log.file !== undefined && { file: loaded.besideFile(log.file) }) })
const options: RunOptions = {
  loaded,
  logger,
  onStep(reached) {
    if (reached === step && --left <= 0) process.kill(process.pid, 'SIGKILL')
  },
}
const pons = loaded.config.homeserver === undefined ? await runPons(options) : await runBridges(options)
writeSync(1, 'ready\n')
process.once('SIGTERM', () => void pons[Symbol.asyncDispose]().then(() => process.exit(0)))
