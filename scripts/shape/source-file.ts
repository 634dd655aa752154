import { globSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { parseSync, Visitor } from 'oxc-parser'

interface SourceFunction {
  readonly name: string
  readonly line: number
  readonly lines: number
}

export interface SourceFile {
  /** From the root of the checkout. */
  readonly path: string
  readonly text: string
  readonly lines: number
  readonly functions: readonly SourceFunction[]
  /** Files of ours that it imports or hands on, statically or later. */
  readonly imports: readonly { readonly path: string; readonly isType: boolean }[]
  /** Names of what it exports that is no type. */
  readonly values: readonly string[]
  /** The type names of parameters, wherever they stand. */
  readonly parameterTypes: readonly string[]
  /** Names and sizes of interfaces. */
  readonly interfaces: readonly { readonly name: string; readonly members: number }[]
}

/** The sources of the packages, tests aside. */
export function sourceFiles(root: string): SourceFile[] {
  const { workspaces } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { workspaces: string[] }
  const paths = workspaces.flatMap((folder) => globSync(`${folder}/src/**/*.ts`, { cwd: root }))
  const files = paths.filter((path) => !path.endsWith('.d.ts')).toSorted((a, b) => a.localeCompare(b))
  return files.map((path) => sourceFile(root, path, readFileSync(join(root, path), 'utf8')))
}

function sourceFile(root: string, path: string, text: string): SourceFile {
  const { program, module } = parseSync(path, text)
  const lineOf = lineCounter(text)
  const functions: SourceFunction[] = []
  const parameterTypes: string[] = []
  const interfaces: { name: string; members: number }[] = []
  const later: string[] = []
  const names: string[] = []
  const enter = (node: FunctionNode): void => {
    if (!node.body) return
    const [line, end] = [lineOf(node.start), lineOf(node.end)]
    functions.push({ name: node.id?.name ?? names.at(-1) ?? 'anonymous', line, lines: end - line + 1 })
    for (const parameter of node.params) parameterTypes.push(...typeNames(parameter))
  }
  const named = (key: { name?: unknown }): void =>
    void names.push(typeof key.name === 'string' ? key.name : 'anonymous')
  const left = (): void => void names.pop()
  new Visitor({
    FunctionDeclaration: enter,
    FunctionExpression: enter,
    ArrowFunctionExpression: enter,
    MethodDefinition: ({ key }) => named(key as { name?: unknown }),
    'MethodDefinition:exit': left,
    VariableDeclarator: ({ id }) => named(id as { name?: unknown }),
    'VariableDeclarator:exit': left,
    TSInterfaceDeclaration: ({ id, body }) => void interfaces.push({ name: id.name, members: body.body.length }),
    ImportExpression: ({ source }) => {
      if (source.type === 'Literal' && typeof source.value === 'string') later.push(source.value)
    },
  }).visit(program)
  const ofOurs = (from: string): string[] =>
    from.startsWith('.') ? [relative(root, join(root, dirname(path), from))] : []
  const imports = [
    ...module.staticImports.flatMap(({ moduleRequest, entries }) => {
      const isType = entries.length > 0 && entries.every((entry) => entry.isType)
      return ofOurs(moduleRequest.value).map((file) => ({ path: file, isType }))
    }),
    ...module.staticExports.flatMap(({ entries }) =>
      entries.flatMap(({ moduleRequest, isType }) =>
        moduleRequest ? ofOurs(moduleRequest.value).map((file) => ({ path: file, isType })) : [],
      ),
    ),
  ]
  // What is imported later closes no circle at the start, but it is known all the same.
  for (const from of later) imports.push(...ofOurs(from).map((file) => ({ path: file, isType: true })))
  const values = module.staticExports.flatMap(({ entries }) =>
    entries.flatMap((entry) => (entry.isType ? [] : [entry.exportName.name ?? '*'])),
  )
  return { path, text, lines: text.split('\n').length - 1, functions, imports, values, parameterTypes, interfaces }
}

interface FunctionNode {
  readonly start: number
  readonly end: number
  readonly id?: { readonly name: string } | null
  readonly body?: unknown
  readonly params: readonly unknown[]
}

/** Of a parameter's own type, not of what that is made of. */
function typeNames(parameter: unknown): string[] {
  const { typeAnnotation, left } = parameter as { typeAnnotation?: unknown; left?: { typeAnnotation?: unknown } }
  const annotation = (typeAnnotation ?? left?.typeAnnotation) as
    { typeAnnotation: { type: string; typeName?: { name?: string } } } | null | undefined
  const name = annotation?.typeAnnotation.typeName?.name
  return name === undefined ? [] : [name]
}

function lineCounter(text: string): (offset: number) => number {
  const starts = [0]
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return (offset) => {
    let [low, high] = [0, starts.length]
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if ((starts[middle] ?? 0) <= offset) low = middle
      else high = middle
    }
    return low + 1
  }
}
