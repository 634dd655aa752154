import type { Block, Inline, MessageDocument } from './document.ts'
import { saysAddress } from './says-address.ts'

/** A message without its formatting, as the `body` of a Matrix event has it. Media stand by their file name. */
export function plainText(document: MessageDocument): string {
  const text = plainBlocks(document.blocks)
  if (document.media === undefined) return text
  return text === '' ? document.media.fileName : text
}

function plainBlocks(blocks: readonly Block[]): string {
  return blocks.map(plainBlock).join('\n\n')
}

function plainInlines(children: readonly Inline[]): string {
  return children.map(plainInline).join('')
}

function plainBlock(block: Block): string {
  switch (block.type) {
    case 'paragraph':
    case 'heading':
      return plainInlines(block.children)
    case 'code':
      return block.text
    case 'quote':
      return indent(plainBlocks(block.children), '> ', '> ')
    case 'list':
      return block.items
        .map((item, index) => {
          const marker = block.isOrdered ? `${(block.start ?? 1) + index}. ` : '• '
          return indent(plainBlocks(item), marker, ' '.repeat(marker.length))
        })
        .join('\n')
    case 'rule':
      return '---'
  }
}

function plainInline(inline: Inline): string {
  switch (inline.type) {
    case 'text':
    case 'mention':
      return inline.text
    case 'break':
      return '\n'
    case 'link': {
      const text = plainInlines(inline.children)
      if (text === '') return inline.href
      return saysAddress(text, inline.href) ? text : `${text} (${inline.href})`
    }
  }
}

function indent(text: string, first: string, rest: string): string {
  return text
    .split('\n')
    .map((line, index) => (index === 0 ? first : rest) + line)
    .join('\n')
}
