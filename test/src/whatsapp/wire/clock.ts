export function nowSeconds(): string {
  return String(Math.floor(Date.now() / 1000))
}
