import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { defineConfig, type Plugin, type UserConfig } from "vite";

/** What a town's page has to load for the chat, all in: code, styles and the Socket.IO client. */
const MAX_GZIPPED_BYTES = 42_000;

/** Fails the build when the widget is larger than it may be, and says its size when it is not. */
function sizeLimit(path: string): Plugin {
  return {
    name: "size-limit",
    apply: "build",
    closeBundle() {
      const plain = readFileSync(path);
      const gzipped = gzipSync(plain, { level: 9 }).length;
      const found = `${path}: ${gzipped} bytes gzipped (${plain.length} plain), ${MAX_GZIPPED_BYTES} allowed`;
      if (gzipped > MAX_GZIPPED_BYTES) this.error(found);
      console.info(found);
    },
  };
}

/** Templates are indented for people to read; browsers and the size limit need one line break, no more. */
function unindent(): Plugin {
  return {
    name: "unindent",
    apply: "build",
    enforce: "pre",
    transform(code, id) {
      return /\/widget\/.*\.ts$/.test(id) ? { code: code.replace(/\n\s+/g, "\n"), map: null } : undefined;
    },
  };
}

/**
 * Parts of the Socket.IO client that this protocol cannot reach: WebTransport is not among our transports, and no event
 * carries binary data. What stands in for them is never called; a renamed export stops the build.
 */
const UNUSED: Readonly<Record<string, string>> = {
  "./webtransport.js": "export const WT = null;",
  "./binary.js": "export const deconstructPacket = null; export const reconstructPacket = null;",
  "./is-binary.js": "export const hasBinary = () => false; export const isBinary = hasBinary;",
};

/** Long polling has two implementations in the client; the one on `fetch` is a third of the other's size. */
const POLLING = {
  module: /\/engine\.io-client\/build\/esm\/transports\/index\.js$/,
  other: /\/engine\.io-client\/build\/esm\/transports\/polling-xhr\.js$/,
  was: 'import { XHR } from "./polling-xhr.node.js";',
  is: 'import { Fetch as XHR } from "./polling-fetch.js";',
};

function leanClient(): Plugin {
  return {
    name: "lean-client",
    apply: "build",
    enforce: "pre",
    resolveId(source, importer) {
      const isTheirs = /\/node_modules\/(engine\.io-client|socket\.io-parser)\//.test(importer ?? "");
      return isTheirs && source in UNUSED ? `\0unused:${source}` : undefined;
    },
    load(id) {
      return id.startsWith("\0unused:") ? UNUSED[id.slice("\0unused:".length)] : undefined;
    },
    transform(code, id) {
      // It listens to the page's end as it loads, which would keep it in the bundle unused.
      if (POLLING.other.test(id)) return { code, map: null, moduleSideEffects: false };
      if (!POLLING.module.test(id)) return undefined;
      if (!code.includes(POLLING.was)) this.error(`${id}: no longer reads ${POLLING.was}`);
      return { code: code.replace(POLLING.was, POLLING.is), map: null };
    },
  };
}

const config: UserConfig & { test: object } = {
  // A page that embeds the chat links one file whose name never changes: no hashes, no chunks, no copied assets.
  build: {
    target: "es2022",
    modulePreload: false,
    reportCompressedSize: false,
    minify: "terser",
    terserOptions: {
      module: true,
      ecma: 2020,
      compress: { passes: 2, unsafe_arrows: true },
      // Names that only this bundle uses: private ones of Lit and Socket.IO, and callbacks (the DOM's are lower case).
      mangle: { properties: { regex: /^(_[a-z]|on[A-Z])/ } },
    },
    rollupOptions: {
      input: { widget: "widget/index.ts" },
      output: { format: "es", entryFileNames: "[name].js", codeSplitting: false },
    },
  },
  plugins: [leanClient(), unindent(), sizeLimit("dist/widget.js")],
  publicDir: false,
  test: { include: ["{widget,desk}/**/*.test.ts"], environment: "node" },
};

export default defineConfig(config);
