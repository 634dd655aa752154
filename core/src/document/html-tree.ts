import { Parser } from 'htmlparser2'

export interface HtmlElement {
  readonly tag: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: HtmlNode[]
}

/** A string is text with its entities decoded. */
export type HtmlNode = string | HtmlElement

/** The spec asks clients to stop at a depth of 100; text further in is kept, its tags are not. */
const maxDepth = 100
const skipped = new Set(['script', 'style', 'title', 'mx-reply'])

/**
 * Reads any text as HTML. Whatever is malformed becomes some tree, never an error; what a reader must not see (scripts,
 * the quoted part of old replies) is left out.
 */
export function parseHtml(html: string): HtmlElement {
  const root: HtmlElement = { tag: '', attributes: {}, children: [] }
  const open: HtmlElement[] = [root]
  let ignoredDepth = 0
  let skippedTag: string | undefined
  let skippedDepth = 0
  const parser = new Parser({
    onopentag(tag, attributes) {
      if (skippedTag === undefined && skipped.has(tag)) skippedTag = tag
      if (skippedTag !== undefined) {
        if (tag === skippedTag) skippedDepth++
        return
      }
      if (open.length > maxDepth) {
        ignoredDepth++
        return
      }
      const element: HtmlElement = { tag, attributes, children: [] }
      open.at(-1)?.children.push(element)
      open.push(element)
    },
    ontext(text) {
      if (skippedTag !== undefined) return
      const { children } = open.at(-1) ?? root
      const last = children.at(-1)
      if (typeof last === 'string') children[children.length - 1] = last + text
      else children.push(text)
    },
    onclosetag(tag) {
      if (skippedTag !== undefined) {
        if (tag === skippedTag && --skippedDepth === 0) skippedTag = undefined
        return
      }
      if (ignoredDepth > 0) ignoredDepth--
      else if (open.length > 1) open.pop()
    },
  })
  parser.write(html)
  parser.end()
  return root
}
