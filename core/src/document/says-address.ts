/** Does a link's text read as the address it leads to, so that saying both would say it twice? */
export function saysAddress(text: string, href: string): boolean {
  return bare(text) === bare(href)
}

/** Without the scheme that everybody leaves out; hosts in one spelling, whatever their letters. */
function bare(address: string): string {
  const said = address.trim().replace(/^mailto:/i, '')
  const isMail = said !== address.trim() || /^[^/\s]+@[^/\s]+$/.test(said)
  const url = isMail ? undefined : urlOf(said)
  const short = url === undefined ? said : url.href.replace(/^https?:\/\//, '')
  return decoded(short.replace(/\/$/, ''))
}

function urlOf(text: string): URL | undefined {
  return URL.parse(/^[a-z][a-z\d+.-]*:/i.test(text) ? text : `https://${text}`) ?? undefined
}

function decoded(text: string): string {
  try {
    return decodeURI(text)
  } catch {
    return text
  }
}
