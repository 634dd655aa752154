#!/usr/bin/env node
// The compile cache must be on before anything else is loaded: it makes later starts twice as fast.
import module from 'node:module'

module.enableCompileCache()
await import('./lock-prototypes.ts')
const { runCli } = await import('./cli.ts')
// All that runs has been stopped by now; what a network's library leaves behind are timers that mean nothing any more.
process.exit(await runCli(process.argv.slice(2)))
