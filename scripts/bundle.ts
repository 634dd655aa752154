// npm run bundle [-- FOLDER]   puts the program into few files that start three times as fast as its sources: those are over a
// thousand, with what they read of others before the server answers, and each is looked for, read and linked. app/bin.mjs runs
// them as long as nothing has changed since. `npm ci` does it, too; where it fails, the sources are run as they are.
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build, type Metafile, type Plugin } from 'esbuild'

const root = resolve(import.meta.dirname, '..')

/** Packages in plain JavaScript and many files that each start reads. All others stay where they are. */
const included = new Set([
  'typebox',
  'yaml',
  're2js',
  'prom-client',
  'tdigest',
  'bintrees',
  '@opentelemetry/api',
  'htmlparser2',
  'entities',
  'domhandler',
  'domutils',
  'domelementtype',
  'dom-serializer',
])

const folder = process.argv[2] === undefined ? join(root, '.cache/pons') : resolve(process.argv[2])

async function makeBundle(folder: string): Promise<void> {
  const { metafile, outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: ['app/src/main.ts'],
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'node',
    target: `node${process.versions.node}`,
    conditions: ['pons:source'],
    logLevel: 'error',
    // Sources are kept in memory; names stay, for what is said of an error.
    minifyWhitespace: true,
    minifySyntax: true,
    lineLimit: 160,
    // No source maps: Node would read each one at the start.
    banner: {
      js: 'import { createRequire as requireOf } from "node:module"; const require = requireOf(import.meta.url);',
    },
    plugins: [ownPlaces, otherPackages()],
  })
  const inputs = inputsOf(metafile)
  const name = createHash('sha256').update(JSON.stringify(inputs)).digest('hex').slice(0, 16)
  for (const { path, contents } of outputFiles) {
    const target = join(folder, name, relative(folder, path))
    mkdirSync(dirname(target), { recursive: true })
    writeFileSync(target, contents)
  }
  writeFileSync(
    join(folder, 'manifest.json'),
    JSON.stringify({ entry: join(name, 'main.mjs'), node: process.version, inputs }),
  )
  // A process that runs the one before may still have to load parts of it: only older ones go.
  const others = readdirSync(folder, { withFileTypes: true }).filter((each) => each.isDirectory() && each.name !== name)
  const byAge = others.map(({ name: other }) => ({ other, ms: statSync(join(folder, other)).mtimeMs }))
  byAge.sort((a, b) => b.ms - a.ms)
  for (const { other } of byAge.slice(1)) rmSync(join(folder, other), { recursive: true })
}

/** Size and time of each source, and of what says which versions of others are installed. */
function inputsOf({ inputs }: Metafile): [path: string, size: number, mtimeMs: number][] {
  const own = Object.keys(inputs).filter(
    (path) => !path.startsWith('node_modules/') && !path.includes('/node_modules/'),
  )
  return [...own, 'package.json', 'package-lock.json'].sort().map((path) => {
    const { size, mtimeMs } = statSync(join(root, path))
    return [path, size, mtimeMs]
  })
}

/** Files that look for others beside themselves find them where the sources are. */
const ownPlaces: Plugin = {
  name: 'own-places',
  setup(made) {
    made.onLoad({ filter: /\.ts$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8')
      if (path.includes('/node_modules/') || !text.includes('import.meta.')) return undefined
      const url = JSON.stringify(pathToFileURL(path).href)
      const folder = JSON.stringify(dirname(path))
      const contents = text.replaceAll('import.meta.url', url).replaceAll('import.meta.dirname', folder)
      return { contents, loader: 'ts' }
    })
  },
}

/** Other packages are loaded as they would be from where they are asked for: of some there are several versions. */
function otherPackages(): Plugin {
  const isAsked = Symbol('asked')
  return {
    name: 'other-packages',
    setup(made) {
      made.onResolve({ filter: /^[^./]/ }, async ({ path, importer, kind, resolveDir, pluginData }) => {
        const name = path.split('/', path.startsWith('@') ? 2 : 1).join('/')
        const isIncluded = included.has(name) || name.startsWith('@pons/')
        if (pluginData === isAsked || isIncluded || kind === 'entry-point' || path.startsWith('node:')) return undefined
        const found = await made.resolve(path, { importer, kind, resolveDir, pluginData: isAsked })
        if (found.errors.length > 0 || found.external) return { path, external: true }
        const isShared = found.path.startsWith(join(root, 'node_modules', name, '/'))
        // From the folder of the bundle, which is below the root.
        return { path: isShared ? path : pathToFileURL(found.path).href, external: true }
      })
    },
  }
}

await makeBundle(folder)
