import type { Stanza } from './wire/stanza.ts'

/** What the client did that no client may do, in words; a suite asserts that there is nothing. */
export class Judge {
  readonly violations: string[] = []

  against(words: string): void {
    this.violations.push(words)
  }
}

/** Attributes that are empty, or words for nothing, were never meant to be sent. */
export function judgeAttributes({ tag, attrs, content }: Stanza, judge: Judge): void {
  for (const [name, value] of Object.entries(attrs)) {
    if (typeof value !== 'string' || value === '' || value === 'undefined' || value === 'NaN')
      judge.against(`the attribute ${name} of ${tag} is ${JSON.stringify(value)}`)
  }
  if (Array.isArray(content)) for (const child of content) judgeAttributes(child, judge)
}
