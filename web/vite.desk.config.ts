import { defineConfig } from "vite";

/** The agents' page, beside the widget that vite.config.ts builds first: one file whose name never changes. */
export default defineConfig({
  build: {
    target: "es2022",
    emptyOutDir: false,
    modulePreload: false,
    reportCompressedSize: false,
    minify: "terser",
    terserOptions: { module: true, ecma: 2020 },
    rollupOptions: {
      input: { desk: "desk/index.ts" },
      output: { format: "es", entryFileNames: "[name].js", codeSplitting: false },
    },
  },
  publicDir: false,
});
