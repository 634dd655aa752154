// Plain JavaScript: it is read before the first TypeScript file.
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

/**
 * The program in few files, as `npm ci` and `npm run bundle` make it of the sources: where the entry is. undefined where there
 * is none, or where a source, a dependency or Node itself is another one since: then the sources are run as they are.
 * @param {string} root of the checkout
 * @param {string} folder that the bundle is kept in
 * @returns {string | undefined}
 */
export function freshBundle(root, folder = join(root, '.cache/pons')) {
  try {
    const { entry, node, inputs } = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'))
    if (node !== process.version) return undefined
    for (const [path, size, mtimeMs] of inputs) {
      const file = statSync(join(root, path))
      if (file.size !== size || file.mtimeMs !== mtimeMs) return undefined
    }
    return join(folder, entry)
  } catch {
    return undefined
  }
}
