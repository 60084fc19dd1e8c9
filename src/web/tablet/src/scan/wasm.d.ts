// The decoder's file: the build gives it a name of its own, and this is its address.
declare module '*.wasm?url' {
  const url: string;
  export default url;
}
