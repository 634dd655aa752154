import type { ServerFeatures } from './features.ts'

export interface ModeChange {
  readonly isSet: boolean
  readonly mode: string
  readonly param: string | undefined
}

/** Reads `+ov-k alice bob *` by the kinds of modes the server told. */
export function parseModeChanges(text: string, params: readonly string[], features: ServerFeatures): ModeChange[] {
  const [lists, always, whenSet] = features.channelModes
  const prefixModes = features.prefixes.map(({ mode }) => mode).join('')
  const changes: ModeChange[] = []
  let isSet = true
  let next = 0
  for (const mode of text) {
    if (mode === '+' || mode === '-') {
      isSet = mode === '+'
      continue
    }
    const takesParam = (lists + always + prefixModes).includes(mode) || (isSet && whenSet.includes(mode))
    changes.push({ isSet, mode, param: takesParam ? params[next++] : undefined })
  }
  return changes
}
