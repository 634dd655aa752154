#!/usr/bin/env node
// Starts the `pons` command from its sources. Plain JavaScript, so that the compile cache is on before the first TypeScript
// file is read: later starts then need no type stripping, which is faster and spares twenty megabytes.
import module from 'node:module'

module.enableCompileCache()
const { runCli } = await import('./src/cli.ts')
// All that ran has been stopped by now; what a network's library leaves behind are timers that mean nothing any more.
process.exit(await runCli(process.argv.slice(2)))
