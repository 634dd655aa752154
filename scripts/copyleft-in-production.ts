export interface LockedPackage {
  readonly name?: string
  readonly license?: string
  readonly resolved?: string
  readonly link?: boolean
  readonly dependencies?: Readonly<Record<string, string>>
}

/** `packages` of a package-lock.json of version 3, by path. */
export type LockedPackages = Readonly<Record<string, LockedPackage>>

const copyleft = /\bA?GPL\b/i

/**
 * Which packages under the GPL or AGPL come along with the workspaces given, wanted or not: through `dependencies` at every
 * depth, not through optional, development or peer ones. Each with the way to it.
 */
export function copyleftInProduction(packages: LockedPackages, workspaces: readonly string[]): string[] {
  const found: string[] = []
  const seen = new Set<string>()
  const visit = (path: string, way: readonly string[]): void => {
    if (seen.has(path)) return
    seen.add(path)
    const one = packages[path]
    if (one === undefined) return
    if (one.link === true && one.resolved !== undefined) return visit(one.resolved, way)
    if (copyleft.test(one.license ?? '')) found.push(`${way.join(' → ')} (${one.license})`)
    for (const name of Object.keys(one.dependencies ?? {})) {
      const at = resolve(packages, path, name)
      if (at !== undefined) visit(at, [...way, name])
    }
  }
  for (const workspace of workspaces) visit(workspace, [packages[workspace]?.name ?? workspace])
  return found
}

/** Node's way of finding a package: in the folder of whoever asks, then in each above it. */
function resolve(packages: LockedPackages, from: string, name: string): string | undefined {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/')))) {
    const path = `${folder === '' ? '' : `${folder}/`}node_modules/${name}`
    if (packages[path] !== undefined) return path
    if (folder === '') return undefined
  }
}
