import { resolveState, type ResolveOptions, type StateMap } from '@pons/matrix'

/**
 * The only way to the state resolution algorithm, so that its runs are counted: a room whose events form a line, as all
 * rooms of one server do, never needs it.
 */
export class Resolutions {
  #count = 0

  get count(): number {
    return this.#count
  }

  resolve(states: readonly StateMap[], options: ResolveOptions): StateMap {
    this.#count += 1
    return resolveState(states, options)
  }
}
