/** Does a link's text read as the address it leads to, so that saying both would say it twice? */
export function saysAddress(text: string, href: string): boolean {
  return bare(text) === bare(href)
}

function bare(address: string): string {
  const short = address
    .trim()
    .replace(/^(?:mailto:|https?:\/\/)/i, '')
    .replace(/\/$/, '')
  try {
    return decodeURI(short)
  } catch {
    return short
  }
}
