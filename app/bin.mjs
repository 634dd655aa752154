#!/usr/bin/env node
// Starts the `pons` command of a checkout: what was made of its sources, or these themselves where they have changed since.
// Plain JavaScript, so that the compile cache is on before the first TypeScript file is read: later starts then need no type
// stripping, which is faster and spares twenty megabytes.
import module from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { freshBundle } from './fresh-bundle.mjs'

module.enableCompileCache()
const bundle = freshBundle(join(import.meta.dirname, '..'))
await import(bundle === undefined ? './src/main.ts' : pathToFileURL(bundle).href)
