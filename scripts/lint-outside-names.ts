// Rules of our own for the linter: a name that came from outside must reach no prototype. `failures[userId] ??= {}` finds
// Object.prototype under `__proto__` and Object itself under `constructor`, and what is then written there is everybody's.
// Dictionaries are Maps, and become an object at the edge (`jsonOf`, `Object.fromEntries`, a spread with a computed key).

interface Node {
  readonly type: string
  readonly parent: Node | undefined
  readonly [member: string]: unknown
}

interface Context {
  report(problem: { node: Node; message: string }): void
}

type Rule = (context: Context) => Readonly<Record<string, (node: Node) => void>>

const noForIn: Rule = (context) => ({
  ForInStatement: (node) =>
    context.report({ node, message: 'for..in visits what others put on the prototype: use Object.keys or a Map' }),
})

const noComputedWrite: Rule = (context) => {
  const check = (target: Node): void => {
    if (target.type !== 'MemberExpression' || target['computed'] !== true) return
    if (isFixed(target['property'] as Node) || isList(target['object'] as Node)) return
    context.report({ node: target, message: 'a key that is computed is written to a Map, not to an object' })
  }
  return {
    AssignmentExpression: (node) => check(node['left'] as Node),
    UpdateExpression: (node) => check(node['argument'] as Node),
  }
}

function nameOf(node: Node): string | undefined {
  return node.type === 'Identifier' ? (node['name'] as string) : undefined
}

/** A literal, or a number by the way it is computed. */
function isFixed(key: Node): boolean {
  return key.type === 'Literal' || (key.type === 'BinaryExpression' && key['operator'] !== '+')
}

/** An array, as far as the place of its declaration tells: an index is no name. */
function isList(object: Node): boolean {
  const name = nameOf(object)
  if (name === undefined) return false
  for (let scope = object.parent; scope; scope = scope.parent) {
    const found = declarationIn(scope, name)
    if (found !== undefined) return isListDeclaration(found)
  }
  return false
}

function declarationIn(scope: Node, name: string): Node | undefined {
  const parameters = (scope['params'] ?? []) as readonly Node[]
  const parameter = parameters.find((of) => nameOf(of) === name)
  if (parameter) return parameter
  const loop = scope['init'] as Node | undefined
  const body = Array.isArray(scope['body']) ? (scope['body'] as readonly Node[]) : []
  for (const statement of loop ? [loop, ...body] : body) {
    const declaration = (statement['declaration'] as Node | null | undefined) ?? statement
    if (declaration.type !== 'VariableDeclaration') continue
    const declarators = declaration['declarations'] as readonly Node[]
    const found = declarators.find((of) => nameOf(of['id'] as Node) === name)
    if (found) return found
  }
  return undefined
}

const listTypes = /^(Array|ReadonlyArray|Buffer|(Big)?(Ui|I)nt(8|16|32|64)(Clamped)?Array|Float(32|64)Array)$/

function isListDeclaration(declaration: Node): boolean {
  const named = (declaration['id'] ?? declaration) as Node
  const annotation = (named['typeAnnotation'] as Node | null | undefined)?.['typeAnnotation'] as Node | undefined
  if (annotation?.type === 'TSArrayType' || annotation?.type === 'TSTupleType') return true
  if (annotation?.type === 'TSTypeReference') return listTypes.test(nameOf(annotation['typeName'] as Node) ?? '')
  return isListExpression(declaration['init'] as Node | null | undefined)
}

function isListExpression(made: Node | null | undefined): boolean {
  switch (made?.type) {
    case 'ArrayExpression':
      return true
    case 'NewExpression':
      return listTypes.test(nameOf(made['callee'] as Node) ?? '')
    case 'CallExpression': {
      // Buffer.alloc(n), new Int8Array(n).fill(-1)
      const callee = made['callee'] as Node
      const of = callee.type === 'MemberExpression' ? (callee['object'] as Node) : undefined
      return of !== undefined && (nameOf(of) === 'Buffer' || isListExpression(of))
    }
    default:
      return false
  }
}

// The linter asks for a default export.
// oxlint-disable-next-line import/no-default-export
export default {
  meta: { name: 'outside-names' },
  rules: {
    'no-for-in': { create: noForIn },
    'no-computed-write': { create: noComputedWrite },
  },
}
