// A whole Pons that tells its memory when its parent asks: argv is CONFIG.
import { createLogger, loadConfig, runPons } from '@pons/app'
import { trustTestRoot } from '../whatsapp/trust-test-root.ts'

const [configFile = ''] = process.argv.slice(2)
trustTestRoot()
const loaded = loadConfig(configFile)
const { log } = loaded.config
const logger = createLogger({ level: log.level, ...(log.file !== undefined && { file: loaded.besideFile(log.file) }) })
const pons = await runPons({ loaded, logger })
process.on('message', () => {
  global.gc?.()
  const { rss, heapUsed } = process.memoryUsage()
  process.send?.({ rss, heapUsed })
})
process.once('disconnect', () => void pons[Symbol.asyncDispose]().then(() => process.exit(0)))
process.send?.('ready')
