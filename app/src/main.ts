#!/usr/bin/env node
// The compile cache must be on before anything else is loaded: it makes later starts twice as fast.
import module from 'node:module'

module.enableCompileCache()
const { runCli } = await import('./cli.ts')
process.exitCode = await runCli(process.argv.slice(2))
